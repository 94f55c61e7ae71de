/** Browsers older than popovers (Safari before 17) take the mere question for an error: in them none is open. */
const OPEN = CSS.supports("selector(:popover-open)") ? ":popover-open" : null;

/** Whether this popover is open; without one, whether any is. */
export function isPopoverOpen(popover?: Element): boolean {
  if (OPEN === null) return false;
  return popover === undefined ? document.querySelector(OPEN) !== null : popover.matches(OPEN);
}
