// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {StakingVault} from "../StakingVault.sol";

/// @title A token that calls back, for tests
/// @notice Stakes with itself, and tries to unstake again while the vault is handing tokens out.
contract ReentrantToken is ERC20 {
    StakingVault private _vault;
    uint256 private _again;

    constructor() ERC20("again", "AGAIN") {}

    /// @notice Put `amount` into the vault in this contract's own name.
    function putIn(StakingVault vault, uint256 amount) external {
        _vault = vault;
        _mint(address(this), amount);
        _approve(address(this), address(vault), amount);
        vault.stake(amount);
    }

    /// @notice Take `amount` out, and once more `again` from within the vault's transfer.
    function takeOut(uint256 amount, uint256 again) external {
        _again = again;
        _vault.unstake(amount);
    }

    function _update(address from, address to, uint256 value) internal override {
        super._update(from, to, value);
        uint256 again = _again;
        if (from == address(_vault) && again > 0) {
            _again = 0;
            _vault.unstake(again);
        }
    }
}
