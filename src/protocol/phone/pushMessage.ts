/** The largest text that every push service takes once it is encrypted (RFC 8291, record size 4096), in bytes. */
export const MAX_PUSH = 3993;

/** Sent instead of a sealed envelope that is too large: the page has something to show and must fetch it itself. */
export const WAKE_UP = '{"wake":true}';
