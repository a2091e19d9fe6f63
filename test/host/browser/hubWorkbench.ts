import type { HubServer } from '../../fixtures/hub-server.ts';
import type { OpenEditor } from './editor.ts';
import { startLocalHub } from './localHub.ts';
import { PackagedWorkbench } from './packagedWorkbench.ts';
import { QuickInput } from './quickInput.ts';

export interface HubWorkbench {
  hub: HubServer;
  workbench: PackagedWorkbench;
  /** The one that is open; a test that closes it puts the next one here. */
  editor: OpenEditor;
  input: QuickInput;
}

/** For all tests of a suite: a hub on this machine with these repositories, and an editor whose models come from it. */
export function withHubWorkbench(repositories: readonly string[]): HubWorkbench {
  const parts: Partial<HubWorkbench> = {};
  before(async () => {
    parts.hub = await startLocalHub(repositories);
    parts.workbench = await PackagedWorkbench.start({ 'mambaComplete.hub.endpoint': parts.hub.url });
    parts.editor = await parts.workbench.open('stock.py');
    parts.input = new QuickInput(parts.editor.page);
  });
  after(async () => {
    await parts.editor?.close();
    await parts.workbench?.stop();
    await parts.hub?.stop();
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed')
      await parts.editor?.screenshot(`failed ${this.currentTest.title}`);
  });
  // Whole as soon as the suite's tests begin.
  return parts as HubWorkbench;
}
