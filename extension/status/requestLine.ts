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
  const end = offer.from === 'engine' && offer.isCutShort ? ', cut short in time' : '';
  const size = `offered ${text.length} characters in ${lines} ${lines === 1 ? 'line' : 'lines'}${over}${end}`;
  const cost = offer.account === undefined ? 'known already' : accountLine(offer.account);
  return `${size} — ${cost}, ${wall} in all`;
}

/** Everything that a request cost, in one line. */
export function accountLine(account: Account): string {
  const { promptTokens, reusedTokens, warmedTokens, replayedTokens, advancedTokens, generatedTokens } =
    account;
  const { searchedTokens, draftedTokens, acceptedTokens, tailLines, firstTokenMs, totalMs, halvings } =
    account;
  const beside = [
    draftedTokens > 0 ? `${acceptedTokens} of ${draftedTokens} drafted` : '',
    searchedTokens > 0 ? `${searchedTokens} tried beside them` : '',
  ].filter((part) => part !== '');
  const reused = [
    warmedTokens > 0 ? `${warmedTokens} warmed ahead` : '',
    replayedTokens > 0 ? `${replayedTokens} replayed` : '',
  ].filter((part) => part !== '');
  const ms = [account.promptMs, account.prefillMs, account.decodeMs]
    .map((one) => Math.round(one))
    .join(' + ');
  return [
    `prompt ${promptTokens} tokens: ${reusedTokens} reused${reused.length > 0 ? ` (${reused.join(', ')})` : ''}`,
    `${halvings > 0 ? `window halved ${halvings === 1 ? 'once' : `${halvings} times`}, ` : ''}${advancedTokens} advanced${tailLines > 0 ? `, ${tailLines} lines in the tail` : ''}`,
    `${generatedTokens} generated${beside.length > 0 ? ` (${beside.join(', ')})` : ''}`,
    `first token ${Math.round(firstTokenMs)} ms, engine ${Math.round(totalMs)} ms (prompt, prefill, decode ${ms})`,
  ].join('; ');
}
