/** Names of files whose contents are secrets. They are never read for a prompt, although no prompt leaves the machine. */
const secretNames: readonly RegExp[] = [
  /^\.env(rc)?($|[._-])/,
  /\.env$/,
  /\.(pem|key|p12|pfx|p8|ppk|jks|keystore|kdbx|gpg|asc|age)$/,
  /\.(tfvars|tfstate)($|\.)/,
  /^id_(rsa|dsa|ecdsa|ed25519)(\..*)?$/,
  /^(\.npmrc|\.yarnrc|\.pypirc|\.netrc|_netrc|\.git-credentials|\.htpasswd|\.pgpass|\.my\.cnf|\.dockercfg|\.vault-token)$/,
  /^credentials(\..*)?$/,
  /credentials.*\.(json|ya?ml|toml|ini|cfg)$/,
  /^(kubeconfig|local\.settings)(\..*)?$/,
  /^\.?secrets?\.(json|ya?ml|toml|ini|env)$/,
  /^(service[-_]?account|client_secret).*\.json$/,
];

const secretFolders: readonly RegExp[] = [/(^|\/)\.(ssh|aws|gnupg|kube|docker)\//];

/** Whether a path (with `/` or `\`) names a file of secrets. */
export function isSecret(path: string): boolean {
  const normal = path.replaceAll('\\', '/').toLowerCase();
  const name = normal.slice(normal.lastIndexOf('/') + 1);
  return secretNames.some((rule) => rule.test(name)) || secretFolders.some((rule) => rule.test(normal));
}
