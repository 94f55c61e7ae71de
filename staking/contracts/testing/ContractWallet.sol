// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";

/// @title A wallet that is a contract, for tests
/// @notice Accepts what its one owner has signed (EIP-1271).
contract ContractWallet is IERC1271 {
    /// @notice Whose signatures count.
    address public immutable owner;

    constructor(address owner_) {
        owner = owner_;
    }

    /// @inheritdoc IERC1271
    function isValidSignature(bytes32 hash, bytes memory signature) external view returns (bytes4) {
        (address signer, ECDSA.RecoverError failure, ) = ECDSA.tryRecover(hash, signature);
        bool accepted = failure == ECDSA.RecoverError.NoError && signer == owner;
        return accepted ? IERC1271.isValidSignature.selector : bytes4(0xffffffff);
    }
}
