// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title ERC-3009: transfers that the owner of the coins only signs.
interface IERC3009 {
    /// @notice An authorization was used.
    event AuthorizationUsed(address indexed authorizer, bytes32 indexed nonce);

    /// @notice An authorization was cancelled before its use.
    event AuthorizationCanceled(address indexed authorizer, bytes32 indexed nonce);

    /// @notice `validAfter` is not past yet.
    error AuthorizationNotYetValid(uint256 validAfter);

    /// @notice `validBefore` is reached.
    error AuthorizationExpired(uint256 validBefore);

    /// @notice The nonce was used or cancelled.
    error AuthorizationSpent(address authorizer, bytes32 nonce);

    /// @notice The signature is not the authorizer's over these values, this contract and this chain.
    error AuthorizationSignatureInvalid();

    /// @notice Only the recipient may execute this authorization.
    error CallerNotRecipient(address caller, address to);

    /// @notice Whether the authorizer's nonce is used or cancelled.
    function authorizationState(address authorizer, bytes32 nonce) external view returns (bool);

    /// @notice Executes a transfer that `from` signed. Anybody may submit it.
    function transferWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external;

    /// @notice The same with the signature in one piece; a contract's signature (ERC-1271) is taken too.
    function transferWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        bytes calldata signature
    ) external;

    /// @notice Executes a transfer that `from` signed; only `to` may submit it, so that nobody can run ahead of it.
    function receiveWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external;

    /// @notice The same with the signature in one piece; a contract's signature (ERC-1271) is taken too.
    function receiveWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        bytes calldata signature
    ) external;

    /// @notice Uses up a nonce without a transfer.
    function cancelAuthorization(address authorizer, bytes32 nonce, uint8 v, bytes32 r, bytes32 s) external;

    /// @notice The same with the signature in one piece.
    function cancelAuthorization(address authorizer, bytes32 nonce, bytes calldata signature) external;
}
