// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title The part of Uniswap's Permit2 that a deposit needs.
interface ISignatureTransfer {
    /// @notice What the owner signs: which token, how much.
    struct TokenPermissions {
        address token;
        uint256 amount;
    }

    /// @notice What the owner signs: the transfer, once, until a time.
    struct PermitTransferFrom {
        TokenPermissions permitted;
        uint256 nonce;
        uint256 deadline;
    }

    /// @notice What the spender asks for within it.
    struct SignatureTransferDetails {
        address to;
        uint256 requestedAmount;
    }

    /// @notice Moves coins by a signature that also covers `witness`.
    function permitWitnessTransferFrom(
        PermitTransferFrom calldata permit,
        SignatureTransferDetails calldata transferDetails,
        address owner,
        bytes32 witness,
        string calldata witnessTypeString,
        bytes calldata signature
    ) external;
}
