// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Burnable} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Burnable.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";

/// @title $ASHAO
/// @notice A token of fixed supply. All of it is minted once, by the constructor; afterwards the supply can
/// only shrink, when a holder burns what is theirs. The contract has no owner and cannot be changed.
contract AshaoToken is ERC20, ERC20Burnable, ERC20Permit {
    /// @notice What is minted at deployment: one billion, with 18 decimals.
    uint256 public constant INITIAL_SUPPLY = 1_000_000_000 ether;

    /// @param recipient Receives the whole supply.
    constructor(address recipient) ERC20("ashao", "ASHAO") ERC20Permit("ashao") {
        _mint(recipient, INITIAL_SUPPLY);
    }
}
