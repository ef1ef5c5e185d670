// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {DepositCollector} from "./DepositCollector.sol";
import {IDepositCollector} from "./interfaces/IDepositCollector.sol";
import {ISignatureTransfer} from "./interfaces/ISignatureTransfer.sol";

/// @title Deposits of any ERC-20 by a Permit2 signature that names the channel.
/// @notice An ERC-2612 permit for Permit2 may come along; whether it is still needed shows in the transfer itself.
contract Permit2DepositCollector is DepositCollector {
    /// @notice Type of the witness, as Permit2 appends it to its own.
    string public constant WITNESS_TYPE_STRING =
        "DepositWitness witness)DepositWitness(bytes32 channelId)TokenPermissions(address token,uint256 amount)";

    /// @notice EIP-712 type hash of the witness.
    bytes32 public constant WITNESS_TYPEHASH = keccak256("DepositWitness(bytes32 channelId)");

    /// @notice Uniswap's Permit2.
    ISignatureTransfer public immutable permit2;

    /// @notice The permit that came along is for another amount.
    error PermitForAnotherAmount(uint256 permitted, uint256 amount);

    /// @notice The permit that came along was refused; the transfer was tried nevertheless.
    event PermitRefused(address indexed token, address indexed owner, bytes reason);

    /// @param channels the payment channels contract
    /// @param permit2_ Uniswap's Permit2 on this chain
    constructor(address channels, ISignatureTransfer permit2_) DepositCollector(channels) {
        permit2 = permit2_;
    }

    /// @inheritdoc IDepositCollector
    /// @param collectorData abi.encode(uint256 nonce, uint256 deadline, bytes signature, bytes permit), where permit is empty or
    /// abi.encode(uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s)
    function collect(
        address payer,
        address token,
        uint256 amount,
        bytes32 channelId,
        bytes calldata collectorData
    ) external onlyPaymentChannels {
        (uint256 nonce, uint256 deadline, bytes memory signature, bytes memory permit) =
            abi.decode(collectorData, (uint256, uint256, bytes, bytes));
        if (permit.length != 0) _permit(payer, token, amount, permit);
        permit2.permitWitnessTransferFrom(
            ISignatureTransfer.PermitTransferFrom(
                ISignatureTransfer.TokenPermissions(token, amount), nonce, deadline
            ),
            ISignatureTransfer.SignatureTransferDetails(paymentChannels, amount),
            payer,
            keccak256(abi.encode(WITNESS_TYPEHASH, channelId)),
            WITNESS_TYPE_STRING,
            signature
        );
    }

    /// @dev Anybody may have submitted the permit before; that must not stop the deposit.
    function _permit(address payer, address token, uint256 amount, bytes memory permit) private {
        (uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s) =
            abi.decode(permit, (uint256, uint256, uint8, bytes32, bytes32));
        if (value != amount) revert PermitForAnotherAmount(value, amount);
        try IERC20Permit(token).permit(payer, address(permit2), value, deadline, v, r, s) {}
        catch (bytes memory reason) {
            emit PermitRefused(token, payer, reason);
        }
    }
}
