/**
 * How long a request may wait for its first token, in ms: what the engine cannot compute in that time it leaves out of the prompt, and
 * takes in when it is idle. Longer, and the user has typed on.
 */
export const LATENCY_MS = 2000;
/** How long generating may take, in ms: while typing, and for who asks by command and waits for the answer. */
export const DECODE_MS = { automatic: 2000, explicit: 8000 };
