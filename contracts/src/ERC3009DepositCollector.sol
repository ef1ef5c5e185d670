// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {DepositCollector} from "./DepositCollector.sol";
import {IDepositCollector} from "./interfaces/IDepositCollector.sol";
import {IERC3009} from "./interfaces/IERC3009.sol";

/// @title Deposits by an ERC-3009 authorization, so that the payer needs no gas.
/// @notice The authorization's nonce is keccak256(abi.encode(channelId, salt)): it can't be spent on another channel. ERC-3009
/// pays its caller only, so the coins pass through here within the call.
contract ERC3009DepositCollector is DepositCollector {
    using SafeERC20 for IERC20;

    /// @param channels the payment channels contract
    constructor(address channels) DepositCollector(channels) {}

    /// @inheritdoc IDepositCollector
    /// @param collectorData abi.encode(uint256 validAfter, uint256 validBefore, uint256 salt, bytes signature)
    function collect(
        address payer,
        address token,
        uint256 amount,
        bytes32 channelId,
        bytes calldata collectorData
    ) external onlyPaymentChannels {
        (uint256 validAfter, uint256 validBefore, uint256 salt, bytes memory signature) =
            abi.decode(collectorData, (uint256, uint256, uint256, bytes));
        bytes32 nonce = keccak256(abi.encode(channelId, salt));
        IERC3009(token).receiveWithAuthorization(
            payer, address(this), amount, validAfter, validBefore, nonce, signature
        );
        IERC20(token).safeTransfer(paymentChannels, amount);
    }
}
