// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {ISignatureTransfer} from "../../src/interfaces/ISignatureTransfer.sol";

/// @title Permit2's signed transfer as its documentation describes it: the hash, the nonce, the deadline; nothing else of it.
contract Permit2Double is ISignatureTransfer {
    bytes32 private constant DOMAIN_TYPEHASH =
        keccak256("EIP712Domain(string name,uint256 chainId,address verifyingContract)");
    bytes32 private constant TOKEN_TYPEHASH = keccak256("TokenPermissions(address token,uint256 amount)");

    mapping(address owner => mapping(uint256 nonce => bool)) public used;

    error WrongSigner();
    error NonceUsed();
    error TooLate();
    error TooMuch();

    function permitWitnessTransferFrom(
        PermitTransferFrom calldata permit,
        SignatureTransferDetails calldata transferDetails,
        address owner,
        bytes32 witness,
        string calldata witnessTypeString,
        bytes calldata signature
    ) external {
        if (block.timestamp > permit.deadline) revert TooLate();
        if (transferDetails.requestedAmount > permit.permitted.amount) revert TooMuch();
        if (used[owner][permit.nonce]) revert NonceUsed();
        used[owner][permit.nonce] = true;
        bytes32 digest = digestOf(permit, msg.sender, witness, witnessTypeString);
        if (ECDSA.recoverCalldata(digest, signature) != owner) revert WrongSigner();
        IERC20(permit.permitted.token).transferFrom(owner, transferDetails.to, transferDetails.requestedAmount);
    }

    function digestOf(
        PermitTransferFrom calldata permit,
        address spender,
        bytes32 witness,
        string memory witnessTypeString
    ) public view returns (bytes32) {
        bytes32 typeHash = keccak256(
            abi.encodePacked(
                "PermitWitnessTransferFrom(TokenPermissions permitted,address spender,uint256 nonce,uint256 deadline,",
                witnessTypeString
            )
        );
        bytes32 permitted = keccak256(abi.encode(TOKEN_TYPEHASH, permit.permitted.token, permit.permitted.amount));
        bytes32 domain =
            keccak256(abi.encode(DOMAIN_TYPEHASH, keccak256("Permit2"), block.chainid, address(this)));
        return keccak256(
            abi.encodePacked(
                hex"1901",
                domain,
                keccak256(abi.encode(typeHash, permitted, spender, permit.nonce, permit.deadline, witness))
            )
        );
    }
}
