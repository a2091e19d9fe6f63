import type { LibraryFailureKind } from '../../engine/index.ts';
import type { Localizer } from '../status/localizer.ts';

/** What can be done next. */
export type FailureAction = 'token' | 'page' | 'retry' | 'settings' | 'choose' | 'log';

/** What a failure of the library means for the user, and what helps, the best first. */
export function libraryFailure(
  { kind, message }: { kind: LibraryFailureKind; message: string },
  title: string,
  l10n: Localizer,
): { message: string; actions: readonly FailureAction[] } {
  switch (kind) {
    case 'gated':
      return {
        message: l10n.t(
          '{0}: the hub asks for an access token of an account that may read this model. Accept its terms on its page first.',
          title,
        ),
        actions: ['token', 'page'],
      };
    case 'not-found':
      return {
        message: l10n.t('{0}: there is no such repository, or it is private.', title),
        actions: ['choose', 'token'],
      };
    case 'refused':
      return {
        message: l10n.t('{0}: the hub was not reached as it should be. {1}', title, message),
        actions: ['settings', 'retry'],
      };
    case 'web-page':
      return {
        message: l10n.t(
          '{0}: a web page came in place of the model. The network may want a sign-in, or a proxy has to be set.',
          title,
        ),
        actions: ['retry', 'settings'],
      };
    case 'wrong-content':
      return {
        message: l10n.t('{0}: what was loaded is not what the hub lists, and was thrown away.', title),
        actions: ['retry', 'settings', 'log'],
      };
    case 'full-disk':
      return {
        message: l10n.t(
          '{0}: the disk has too little space. What has arrived is kept: free some space and try again, or choose a smaller model.',
          title,
        ),
        actions: ['retry', 'choose'],
      };
    case 'unavailable':
      return {
        message: l10n.t('{0}: the hub was not reached. What has arrived is kept.', title),
        actions: ['retry', 'settings', 'log'],
      };
    case 'held':
      return {
        message: l10n.t('{0}: another window is installing it at this moment.', title),
        actions: ['retry'],
      };
    case 'unusable':
      return { message: l10n.t('{0}: {1}', title, message), actions: ['choose', 'page'] };
    case 'bad-input':
      return { message: l10n.t('{0}: {1}', title, message), actions: ['choose', 'log'] };
    case 'unexpected':
      return { message: l10n.t('{0}: {1}', title, message), actions: ['log', 'retry'] };
  }
}
