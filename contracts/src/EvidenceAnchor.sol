// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IEvidenceAnchor} from "./interfaces/IEvidenceAnchor.sol";

/// @title Checkpoints of transparency logs on a chain: see `IEvidenceAnchor`.
contract EvidenceAnchor is IEvidenceAnchor {
    struct Checkpoint {
        uint64 size;
        uint64 anchoredAt;
        uint64 anchoredIn;
        bytes32 root;
    }

    /// @inheritdoc IEvidenceAnchor
    mapping(address publisher => mapping(bytes32 origin => Checkpoint)) public latest;

    /// @inheritdoc IEvidenceAnchor
    function anchor(bytes32 origin, uint64 size, bytes32 root) external {
        if (size == 0) revert EmptyLog();
        Checkpoint storage checkpoint = latest[msg.sender][origin];
        uint64 anchored = checkpoint.size;
        if (size < anchored) revert SizeShrinks(anchored, size);
        if (size == anchored) {
            if (root != checkpoint.root) revert RootDiffers(checkpoint.root, root);
            return;
        }
        checkpoint.size = size;
        checkpoint.anchoredAt = uint64(block.timestamp);
        checkpoint.anchoredIn = uint64(block.number);
        checkpoint.root = root;
        emit Anchored(msg.sender, origin, size, root);
    }
}
