import type { SecretStorage } from 'vscode';

/** The access token, in the editor's secret storage and nowhere else. One an endpoint: a mirror must not get the hub's. */
export class HubToken {
  /** @param endpoint as it is set at this moment */
  constructor(
    private readonly secrets: Pick<SecretStorage, 'get' | 'store' | 'delete'>,
    private readonly endpoint: () => string,
  ) {}

  get(): Promise<string | undefined> {
    return Promise.resolve(this.secrets.get(this.key));
  }

  async set(token: string): Promise<void> {
    await this.secrets.store(this.key, token.trim());
  }

  async forget(): Promise<void> {
    await this.secrets.delete(this.key);
  }

  private get key(): string {
    return `hubToken ${new URL(this.endpoint()).origin}`;
  }
}

/** Whether this can stand in a header. */
export function isToken(text: string): boolean {
  return /^[\x21-\x7e]+$/.test(text.trim());
}
