import assert from 'node:assert/strict';
import { commentMarker } from '../../../../../extension/completion/filters/commentMarker.ts';
import { after } from './picture.ts';

describe('the filter commentMarker', () => {
  it('drops a lone marker', () => {
    assert.equal(after('a;\n█', '// ', commentMarker), 'dropped: only a comment marker');
  });

  it('drops a lone marker on the next line', () => {
    assert.equal(after('a;█', '\n#', commentMarker), 'dropped: only a comment marker');
  });

  it('does not start a comment twice', () => {
    assert.equal(after('// █', '// adds', commentMarker), '// adds█');
  });

  it('does not start a comment twice without a space', () => {
    assert.equal(after('#█', '# adds', commentMarker), '# adds█');
  });

  it('keeps a comment that says something', () => {
    assert.equal(after('a;\n█', '// adds', commentMarker), 'a;\n// adds█');
  });
});
