// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Checkpoints of transparency logs on a chain.
/// @notice Whoever publishes a log states here, now and then, how long it was and what its root hash was. From then on the
/// log can't be shortened or rewritten before that point without contradicting the chain.
///
/// What always holds: for one publisher and one origin the size grows and never shrinks, and one size has one root. Publishers
/// can't speak for each other: an origin is believed under the address that the log's key holder has named.
interface IEvidenceAnchor {
    /// @notice A checkpoint was anchored.
    /// @param publisher who anchored it
    /// @param origin SHA-256 of the checkpoint's origin line, without its end of line
    /// @param size number of entries
    /// @param root Merkle tree hash (RFC 6962) of these entries
    event Anchored(address indexed publisher, bytes32 indexed origin, uint64 size, bytes32 root);

    /// @notice The log had more entries before.
    error SizeShrinks(uint64 anchored, uint64 size);

    /// @notice The same entries had another root before: the log was rewritten.
    error RootDiffers(bytes32 anchored, bytes32 root);

    /// @notice An empty log has nothing to anchor.
    error EmptyLog();

    /// @notice Anchors the caller's checkpoint. The one already anchored may be repeated; nothing happens then.
    function anchor(bytes32 origin, uint64 size, bytes32 root) external;

    /// @notice The longest checkpoint anchored; zeros where there is none.
    /// @return size number of entries
    /// @return anchoredAt time of the block, in seconds
    /// @return anchoredIn number of the block
    /// @return root Merkle tree hash
    function latest(address publisher, bytes32 origin)
        external
        view
        returns (uint64 size, uint64 anchoredAt, uint64 anchoredIn, bytes32 root);
}
