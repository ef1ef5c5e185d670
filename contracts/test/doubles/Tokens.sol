// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @title An ordinary ERC-20 of which anybody makes as much as a test needs.
contract PlainToken is ERC20("Plain", "PLAIN") {
    function mint(address to, uint256 value) external {
        _mint(to, value);
    }
}

/// @title An ERC-20 that keeps a hundredth of each transfer.
contract FeeToken is ERC20("Fee", "FEE") {
    function mint(address to, uint256 value) external {
        _mint(to, value);
    }

    function _update(address from, address to, uint256 value) internal override {
        if (from == address(0) || to == address(0)) return super._update(from, to, value);
        super._update(from, to, value - value / 100);
        super._update(from, address(0xfee), value / 100);
    }
}

/// @title An ERC-20 that says false instead of reverting, as soon as it is told to.
contract FalseToken is ERC20("False", "FALSE") {
    bool public refusing;

    function mint(address to, uint256 value) external {
        _mint(to, value);
    }

    function refuse(bool refusing_) external {
        refusing = refusing_;
    }

    function transfer(address to, uint256 value) public override returns (bool) {
        return !refusing && super.transfer(to, value);
    }

    function transferFrom(address from, address to, uint256 value) public override returns (bool) {
        return !refusing && super.transferFrom(from, to, value);
    }
}

/// @title An ERC-20 that calls back on each transfer, as those of ERC-777 do.
contract ReentrantToken is ERC20("Reentrant", "REENTER") {
    address public target;
    bytes public call;
    bool public succeeded;
    bytes public answer;
    uint256 public attempts;

    function mint(address to, uint256 value) external {
        _mint(to, value);
    }

    /// @dev From now on each transfer makes this call in passing and keeps what came of it.
    function arm(address target_, bytes calldata call_) external {
        target = target_;
        call = call_;
    }

    function _update(address from, address to, uint256 value) internal override {
        super._update(from, to, value);
        if (target != address(0)) {
            ++attempts;
            (succeeded, answer) = target.call(call);
        }
    }
}

/// @title Takes a deposit by an allowance.
contract AllowanceCollector {
    function collect(address payer, address token, uint256 amount, bytes32, bytes calldata) external {
        IERC20(token).transferFrom(payer, msg.sender, amount);
    }
}

/// @title Says that it collected, and did nothing; or calls back first.
contract LyingCollector {
    bytes public call;
    bool public succeeded;
    bytes public answer;

    function arm(bytes calldata call_) external {
        call = call_;
    }

    function collect(address, address, uint256, bytes32, bytes calldata) external {
        if (call.length != 0) (succeeded, answer) = msg.sender.call(call);
    }
}
