// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IIdentityRegistry} from "../../src/interfaces/IIdentityRegistry.sol";

/// @title Identities as ERC-8004 hands them out: an ERC-721 without the rest.
contract Identities is IIdentityRegistry {
    mapping(uint256 agentId => address) private _owners;

    error NoSuchIdentity(uint256 agentId);

    function give(uint256 agentId, address owner) external {
        _owners[agentId] = owner;
    }

    function ownerOf(uint256 agentId) external view returns (address owner) {
        owner = _owners[agentId];
        if (owner == address(0)) revert NoSuchIdentity(agentId);
    }
}
