/** Names that Windows keeps for devices, with any extension. */
const DEVICES = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/;
const MAX_LENGTH = 100;

/** The folder of a model: lower-case letters, digits, `.`, `-` and `_`, which mean the same on every system. */
export function modelName(repositoryOrId: string): string {
  const plain = repositoryOrId
    .toLowerCase()
    .replace(/\//g, '--')
    .replace(/[^a-z0-9._-]/g, '-')
    .slice(0, MAX_LENGTH)
    // Windows drops dots at the end; one at the start hides a folder elsewhere.
    .replace(/^\.+|\.+$/g, '');
  return plain === '' || DEVICES.test(plain) ? `model-${plain}` : plain;
}
