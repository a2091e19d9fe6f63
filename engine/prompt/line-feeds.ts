/**
 * Documents with CRLF are prompted with LF, and completions are LF only: models have seen little else. The editor's side
 * turns a completion's LF into the document's line end when it is inserted.
 */
export function lineFeeds(text: string): string {
  return text.includes('\r') ? text.replace(/\r\n?/gu, '\n') : text;
}
