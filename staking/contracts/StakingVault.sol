// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

/// @title Where $ASHAO is staked
/// @notice Keeps what each staker put in, and gives it back to that staker at any time. Nobody else can move
/// a stake: the contract has no owner, no pause and no upgrade. Rewards are paid elsewhere; time is counted
/// from the events.
/// @dev Meant for a token that moves exactly what it is asked to move, as AshaoToken does.
contract StakingVault is ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    /// @notice The token that is staked here.
    IERC20 public immutable token;

    /// @notice What the address has staked, in the token's smallest unit.
    mapping(address staker => uint256 amount) public stakeOf;

    /// @notice The sum of all stakes. Tokens sent here without `stake` are not part of it, and stay.
    uint256 public totalStaked;

    /// @notice A staker added `amount`; `stakeAfter` is what they have staked since.
    event Staked(address indexed staker, uint256 amount, uint256 stakeAfter);

    /// @notice A staker took back `amount`; `stakeAfter` is what they have staked since.
    event Unstaked(address indexed staker, uint256 amount, uint256 stakeAfter);

    /// @notice Zero cannot be staked or unstaked.
    error ZeroAmount();

    /// @notice More was asked for than is staked.
    error StakeTooSmall(address staker, uint256 stake, uint256 amount);

    /// @notice There is no contract at the address given as the token.
    error NotAToken(address token);

    /// @param token_ The token that will be staked here, for ever.
    constructor(IERC20 token_) {
        if (address(token_).code.length == 0) revert NotAToken(address(token_));
        token = token_;
    }

    /// @notice Stake `amount` of the caller's tokens; the caller has approved it before.
    /// @param amount In the token's smallest unit, more than zero.
    function stake(uint256 amount) external nonReentrant {
        _stake(amount);
    }

    /// @notice Approve by a signature (EIP-2612) and stake, in one transaction.
    /// @dev Anyone who sees the signature may hand it to the token first. Its allowance is then there all the
    /// same and the permit fails only because it was used, so a failure is no error while the allowance
    /// suffices: without it, the transfer reverts with the token's own reason.
    /// @param amount What is staked, and what the signature allows this contract to take.
    /// @param deadline The signature's last second.
    /// @param v Recovery byte of the signature.
    /// @param r First half of the signature.
    /// @param s Second half of the signature.
    function stakeWithPermit(uint256 amount, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external nonReentrant {
        try IERC20Permit(address(token)).permit(msg.sender, address(this), amount, deadline, v, r, s) {} catch {}
        _stake(amount);
    }

    /// @notice Take back `amount` of the caller's stake, at once.
    /// @param amount In the token's smallest unit, more than zero and no more than the stake.
    function unstake(uint256 amount) external nonReentrant {
        if (amount == 0) revert ZeroAmount();
        uint256 before = stakeOf[msg.sender];
        if (amount > before) revert StakeTooSmall(msg.sender, before, amount);
        uint256 stakeAfter = before - amount;
        stakeOf[msg.sender] = stakeAfter;
        totalStaked -= amount;
        emit Unstaked(msg.sender, amount, stakeAfter);
        token.safeTransfer(msg.sender, amount);
    }

    function _stake(uint256 amount) private {
        if (amount == 0) revert ZeroAmount();
        uint256 stakeAfter = stakeOf[msg.sender] + amount;
        stakeOf[msg.sender] = stakeAfter;
        totalStaked += amount;
        emit Staked(msg.sender, amount, stakeAfter);
        token.safeTransferFrom(msg.sender, address(this), amount);
    }
}
