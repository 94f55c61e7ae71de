// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";

/// @title A stand-in for USDC on the dev chain
/// @notice Has what ashao uses of the real one: 6 decimals, transfers by authorization (EIP-3009) and permits
/// (EIP-2612) with both forms of signature, and a blacklist. Its domain and its reasons for a revert are the
/// real ones, so that what reads them is tried here. Worth nothing: the faucet mints at will.
/// @dev Left out of the real one: pause, roles that change hands, minters with allowances, the proxy.
contract DevUSDC is ERC20, EIP712, Nonces {
    /// @notice As in EIP-3009.
    bytes32 public constant TRANSFER_WITH_AUTHORIZATION_TYPEHASH =
        keccak256(
            "TransferWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)"
        );

    /// @notice As in EIP-3009.
    bytes32 public constant RECEIVE_WITH_AUTHORIZATION_TYPEHASH =
        keccak256(
            "ReceiveWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)"
        );

    /// @notice As in EIP-3009.
    bytes32 public constant CANCEL_AUTHORIZATION_TYPEHASH =
        keccak256("CancelAuthorization(address authorizer,bytes32 nonce)");

    /// @notice As in EIP-2612.
    bytes32 public constant PERMIT_TYPEHASH =
        keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");

    /// @notice The version in the signing domain.
    string public constant version = "2";

    /// @notice The only address that may mint.
    address public immutable faucet;

    /// @notice The only address that may change the blacklist.
    address public immutable blacklister;

    /// @notice Whether the address can neither send nor receive.
    mapping(address account => bool listed) public isBlacklisted;

    /// @notice Whether an authorization of this authorizer with this nonce was used or cancelled.
    mapping(address authorizer => mapping(bytes32 nonce => bool spent)) public authorizationState;

    /// @notice An authorization moved tokens, and cannot again.
    event AuthorizationUsed(address indexed authorizer, bytes32 indexed nonce);

    /// @notice An authorization was cancelled before it was used.
    event AuthorizationCanceled(address indexed authorizer, bytes32 indexed nonce);

    /// @notice The address can no longer send or receive.
    event Blacklisted(address indexed account);

    /// @notice The address can send and receive again.
    event UnBlacklisted(address indexed account);

    modifier onlyBlacklister() {
        require(msg.sender == blacklister, "Blacklistable: caller is not the blacklister");
        _;
    }

    /// @param faucet_ May mint.
    /// @param blacklister_ May change the blacklist.
    constructor(address faucet_, address blacklister_) ERC20("USD Coin", "USDC") EIP712("USD Coin", version) {
        faucet = faucet_;
        blacklister = blacklister_;
    }

    /// @notice Six: the smallest unit is one millionth of a dollar.
    function decimals() public pure override returns (uint8) {
        return 6;
    }

    /// @notice The hash of the signing domain (EIP-712).
    // solhint-disable-next-line func-name-mixedcase
    function DOMAIN_SEPARATOR() external view returns (bytes32) {
        return _domainSeparatorV4();
    }

    /// @notice Make new tokens. For the faucet only.
    function mint(address to, uint256 amount) external returns (bool) {
        require(msg.sender == faucet, "FiatToken: caller is not a minter");
        _mint(to, amount);
        return true;
    }

    /// @notice Stop an address from sending and receiving. For the blacklister only.
    function blacklist(address account) external onlyBlacklister {
        isBlacklisted[account] = true;
        emit Blacklisted(account);
    }

    /// @notice Let an address send and receive again. For the blacklister only.
    function unBlacklist(address account) external onlyBlacklister {
        isBlacklisted[account] = false;
        emit UnBlacklisted(account);
    }

    /// @notice Move tokens by allowance; a blacklisted spender cannot.
    function transferFrom(address from, address to, uint256 value) public override returns (bool) {
        _requireNotBlacklisted(msg.sender);
        return super.transferFrom(from, to, value);
    }

    /// @notice Move tokens that `from` signed away; anyone may hand the signature in, once.
    /// @param validAfter The authorization is valid after this second,
    /// @param validBefore and before this one.
    /// @param nonce Any 32 bytes; of all authorizations of `from` that carry it, one at most is ever used.
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
    ) external {
        bytes memory signature = abi.encodePacked(r, s, v);
        _transferWithAuthorization(from, to, value, validAfter, validBefore, nonce, signature);
    }

    /// @notice The same with the signature as bytes: r, s, v, or whatever the contract at `from` accepts
    /// (EIP-1271).
    function transferWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        bytes memory signature
    ) external {
        _transferWithAuthorization(from, to, value, validAfter, validBefore, nonce, signature);
    }

    /// @notice As `transferWithAuthorization`, for the payee only: nobody can hand it in ahead of them.
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
    ) external {
        bytes memory signature = abi.encodePacked(r, s, v);
        _receiveWithAuthorization(from, to, value, validAfter, validBefore, nonce, signature);
    }

    /// @notice The same with the signature as bytes (EIP-1271 too).
    function receiveWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        bytes memory signature
    ) external {
        _receiveWithAuthorization(from, to, value, validAfter, validBefore, nonce, signature);
    }

    /// @notice Spend a nonce without moving anything, by the authorizer's signature.
    function cancelAuthorization(address authorizer, bytes32 nonce, uint8 v, bytes32 r, bytes32 s) external {
        _cancelAuthorization(authorizer, nonce, abi.encodePacked(r, s, v));
    }

    /// @notice The same with the signature as bytes (EIP-1271 too).
    function cancelAuthorization(address authorizer, bytes32 nonce, bytes memory signature) external {
        _cancelAuthorization(authorizer, nonce, signature);
    }

    /// @notice Set an allowance by the owner's signature (EIP-2612).
    function permit(
        address owner,
        address spender,
        uint256 value,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external {
        _permit(owner, spender, value, deadline, abi.encodePacked(r, s, v));
    }

    /// @notice The same with the signature as bytes (EIP-1271 too).
    function permit(
        address owner,
        address spender,
        uint256 value,
        uint256 deadline,
        bytes memory signature
    ) external {
        _permit(owner, spender, value, deadline, signature);
    }

    function _transferWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        bytes memory signature
    ) private {
        _requireValidNow(validAfter, validBefore);
        bytes32 form = TRANSFER_WITH_AUTHORIZATION_TYPEHASH;
        bytes32 structHash = keccak256(abi.encode(form, from, to, value, validAfter, validBefore, nonce));
        _spend(from, nonce, structHash, signature);
        emit AuthorizationUsed(from, nonce);
        _transfer(from, to, value);
    }

    function _receiveWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        bytes memory signature
    ) private {
        require(to == msg.sender, "FiatTokenV2: caller must be the payee");
        _requireValidNow(validAfter, validBefore);
        bytes32 form = RECEIVE_WITH_AUTHORIZATION_TYPEHASH;
        bytes32 structHash = keccak256(abi.encode(form, from, to, value, validAfter, validBefore, nonce));
        _spend(from, nonce, structHash, signature);
        emit AuthorizationUsed(from, nonce);
        _transfer(from, to, value);
    }

    function _cancelAuthorization(address authorizer, bytes32 nonce, bytes memory signature) private {
        bytes32 structHash = keccak256(abi.encode(CANCEL_AUTHORIZATION_TYPEHASH, authorizer, nonce));
        _spend(authorizer, nonce, structHash, signature);
        emit AuthorizationCanceled(authorizer, nonce);
    }

    function _permit(address owner, address spender, uint256 value, uint256 deadline, bytes memory signature) private {
        require(block.timestamp <= deadline, "FiatTokenV2: permit is expired");
        bytes32 structHash = keccak256(abi.encode(PERMIT_TYPEHASH, owner, spender, value, _useNonce(owner), deadline));
        require(_isSigned(owner, structHash, signature), "EIP2612: invalid signature");
        _approve(owner, spender, value);
    }

    /// @dev One use of a nonce: still unspent, signed by its authorizer, spent from here on.
    function _spend(address authorizer, bytes32 nonce, bytes32 structHash, bytes memory signature) private {
        require(!authorizationState[authorizer][nonce], "FiatTokenV2: authorization is used or canceled");
        require(_isSigned(authorizer, structHash, signature), "FiatTokenV2: invalid signature");
        authorizationState[authorizer][nonce] = true;
    }

    function _isSigned(address signer, bytes32 structHash, bytes memory signature) private view returns (bool) {
        return SignatureChecker.isValidSignatureNow(signer, _hashTypedDataV4(structHash), signature);
    }

    function _requireValidNow(uint256 validAfter, uint256 validBefore) private view {
        require(block.timestamp > validAfter, "FiatTokenV2: authorization is not yet valid");
        require(block.timestamp < validBefore, "FiatTokenV2: authorization is expired");
    }

    function _requireNotBlacklisted(address account) private view {
        require(!isBlacklisted[account], "Blacklistable: account is blacklisted");
    }

    /// @dev Every movement of tokens comes through here.
    function _update(address from, address to, uint256 value) internal override {
        _requireNotBlacklisted(from);
        _requireNotBlacklisted(to);
        require(from == address(0) || balanceOf(from) >= value, "ERC20: transfer amount exceeds balance");
        super._update(from, to, value);
    }
}
