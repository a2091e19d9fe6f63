/** `owner/name` from what a user types or pastes: the name itself, or an address of the hub that begins with it. */
export function repositoryName(text: string): string | undefined {
  const path = text.trim().replace(/^https?:\/\/[^/]+\//, '');
  return /^([\w][\w.-]{0,95}\/[\w][\w.-]{0,95})(?:\/(?:tree|blob|resolve)\/.*|\/)?$/.exec(path)?.[1];
}
