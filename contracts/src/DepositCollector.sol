// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDepositCollector} from "./interfaces/IDepositCollector.sol";

/// @title What the collectors share: they serve one payment channels contract.
abstract contract DepositCollector is IDepositCollector {
    /// @notice The contract that may collect and to which the coins go.
    address public immutable paymentChannels;

    constructor(address channels) {
        paymentChannels = channels;
    }

    modifier onlyPaymentChannels() {
        if (msg.sender != paymentChannels) revert OnlyPaymentChannels();
        _;
    }
}
