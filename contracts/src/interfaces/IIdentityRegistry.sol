// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title The part of ERC-8004's identity registry that is asked here.
interface IIdentityRegistry {
    /// @notice Who holds an agent's identity (ERC-721).
    function ownerOf(uint256 agentId) external view returns (address);
}
