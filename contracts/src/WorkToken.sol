// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {ERC20Votes} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Votes.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";

/// @title The token of bonds and of governance. Answers are paid in any ERC-20, never in this one by need.
/// @notice The supply is fixed at creation: nobody can make more. Votes are counted by time (ERC-6372), since blocks of
/// different chains last differently.
contract WorkToken is ERC20, ERC20Permit, ERC20Votes {
    /// @notice All there ever is: a thousand million, with 18 decimals.
    uint256 public constant SUPPLY = 1_000_000_000e18;

    /// @param holder who gets the whole supply
    constructor(address holder) ERC20("Freehold Work", "WORK") ERC20Permit("Freehold Work") {
        _mint(holder, SUPPLY);
    }

    /// @notice Seconds since 1970.
    function clock() public view override returns (uint48) {
        return uint48(block.timestamp);
    }

    /// @notice How the clock is to be read (ERC-6372).
    function CLOCK_MODE() public pure override returns (string memory) {
        return "mode=timestamp";
    }

    /// @notice The next nonce of a permit or of a delegation by signature.
    function nonces(address owner) public view override(ERC20Permit, Nonces) returns (uint256) {
        return super.nonces(owner);
    }

    function _update(address from, address to, uint256 value) internal override(ERC20, ERC20Votes) {
        super._update(from, to, value);
    }
}
