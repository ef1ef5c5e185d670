// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// @title A wallet that is a contract (ERC-1271) with one key.
contract ContractWallet {
    address public immutable key;

    constructor(address key_) {
        key = key_;
    }

    function isValidSignature(bytes32 digest, bytes calldata signature) external view returns (bytes4) {
        return ECDSA.recoverCalldata(digest, signature) == key ? this.isValidSignature.selector : bytes4(0);
    }

    /// @dev Whatever the owner wants called.
    function execute(address target, bytes calldata call) external {
        (bool done, bytes memory answer) = target.call(call);
        require(done, string(answer));
    }
}
