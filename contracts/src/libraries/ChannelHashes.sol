// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IPaymentChannels} from "../interfaces/IPaymentChannels.sol";

/// @title EIP-712 hashes of x402's batch settlement.
/// @notice Nothing is cached: the domain is computed from the chain and the address at each call (about 150 gas, once a call),
/// so the code is the same wherever it lies and a copy on another chain or address never shares a digest with this one.
library ChannelHashes {
    bytes32 internal constant DOMAIN_TYPEHASH =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    bytes32 internal constant NAME_HASH = keccak256("x402 Batch Settlement");
    bytes32 internal constant VERSION_HASH = keccak256("1");
    bytes32 internal constant CHANNEL_CONFIG_TYPEHASH = keccak256(
        "ChannelConfig(address payer,address payerAuthorizer,address receiver,address receiverAuthorizer,address token,uint40 withdrawDelay,bytes32 salt)"
    );
    bytes32 internal constant VOUCHER_TYPEHASH = keccak256("Voucher(bytes32 channelId,uint128 maxClaimableAmount)");
    bytes32 internal constant REFUND_TYPEHASH = keccak256("Refund(bytes32 channelId,uint256 nonce,uint128 amount)");
    bytes32 internal constant CLAIM_ENTRY_TYPEHASH =
        keccak256("ClaimEntry(bytes32 channelId,uint128 maxClaimableAmount,uint128 totalClaimed)");
    bytes32 internal constant CLAIM_BATCH_TYPEHASH = keccak256(
        "ClaimBatch(ClaimEntry[] claims)ClaimEntry(bytes32 channelId,uint128 maxClaimableAmount,uint128 totalClaimed)"
    );

    /// @notice The domain separator of the contract that executes this.
    function domain() internal view returns (bytes32) {
        return keccak256(abi.encode(DOMAIN_TYPEHASH, NAME_HASH, VERSION_HASH, block.chainid, address(this)));
    }

    function channel(bytes32 separator, IPaymentChannels.ChannelConfig calldata config)
        internal
        pure
        returns (bytes32)
    {
        return digest(separator, keccak256(abi.encode(CHANNEL_CONFIG_TYPEHASH, config)));
    }

    function voucher(bytes32 separator, bytes32 channelId, uint128 maxClaimableAmount)
        internal
        pure
        returns (bytes32)
    {
        return digest(separator, keccak256(abi.encode(VOUCHER_TYPEHASH, channelId, maxClaimableAmount)));
    }

    function refund(bytes32 separator, bytes32 channelId, uint256 nonce, uint128 amount)
        internal
        pure
        returns (bytes32)
    {
        return digest(separator, keccak256(abi.encode(REFUND_TYPEHASH, channelId, nonce, amount)));
    }

    function entry(bytes32 channelId, uint128 maxClaimableAmount, uint128 totalClaimed)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(CLAIM_ENTRY_TYPEHASH, channelId, maxClaimableAmount, totalClaimed));
    }

    function batch(bytes32 separator, bytes32[] memory entries) internal pure returns (bytes32) {
        return digest(separator, keccak256(abi.encode(CLAIM_BATCH_TYPEHASH, keccak256(abi.encodePacked(entries)))));
    }

    /// @dev keccak256(0x1901 || separator || structHash) over the scratch space.
    function digest(bytes32 separator, bytes32 structHash) internal pure returns (bytes32 result) {
        assembly ("memory-safe") {
            let pointer := mload(0x40)
            mstore(pointer, hex"1901")
            mstore(add(pointer, 0x02), separator)
            mstore(add(pointer, 0x22), structHash)
            result := keccak256(pointer, 0x42)
        }
    }
}
