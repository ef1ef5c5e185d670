// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Takes a deposit from a payer and hands it to the payment channels.
/// @notice The ABI of x402 v2's collectors: how coins are pulled (ERC-3009, Permit2) is apart from the accounts.
interface IDepositCollector {
    /// @notice The caller is not the payment channels contract that this collector serves.
    error OnlyPaymentChannels();

    /// @notice Moves exactly `amount` of `token` from `payer` to the calling contract, or reverts.
    /// @param payer whose coins they are
    /// @param token the ERC-20
    /// @param amount how much, in the token's smallest unit
    /// @param channelId the channel that the payer's authorization names
    /// @param collectorData what the way of paying needs: signatures, nonces, times
    function collect(
        address payer,
        address token,
        uint256 amount,
        bytes32 channelId,
        bytes calldata collectorData
    ) external;
}
