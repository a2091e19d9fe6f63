import type { Account } from '../../engine/index.ts';
import type { Offer } from '../completion/suggester.ts';

/** The log's line about one request. Says how much was offered, never what: logs get pasted into issues. */
export function requestLine(offer: Offer, wallMs: number): string {
  const wall = `${Math.round(wallMs)} ms`;
  if (offer.kind === 'none') {
    const cost = offer.account === undefined ? '' : ` — ${accountLine(offer.account)}`;
    return `nothing offered: ${offer.reason}${cost}, ${wall} in all`;
  }
  const { text, replaces } = offer.suggestion;
  const lines = text.split('\n').length;
  const over = replaces > 0 ? ` over ${replaces} of the line's rest` : '';
  const size = `offered ${text.length} characters in ${lines} ${lines === 1 ? 'line' : 'lines'}${over}`;
  const cost = offer.account === undefined ? 'known already' : accountLine(offer.account);
  return `${size} — ${cost}, ${wall} in all`;
}

export function accountLine(account: Account): string {
  const { promptTokens, reusedTokens, advancedTokens, generatedTokens, firstTokenMs, totalMs } = account;
  return (
    `prompt ${promptTokens} tokens: ${reusedTokens} reused, ${advancedTokens} advanced; ` +
    `${generatedTokens} generated; first token ${Math.round(firstTokenMs)} ms, engine ${Math.round(totalMs)} ms`
  );
}
