/** What postmaster.pid says, in all the states in which it can be found. */
import { parsePostmasterFile, withoutOwner } from '../../src/persistence/embedded/postmaster-file.js';

/** As PostgreSQL 18.4 wrote it: line 5, the directory of sockets, is empty because there are none. */
const READY = `27461
/var/lib/cordboard/postgres
1795417545
41929

127.0.0.1
  5432109         7
ready   
`;

describe('postmaster.pid', () => {
  it('names the process, the cluster and the port', () => {
    expect(parsePostmasterFile(READY)).toEqual({
      pid: 27_461,
      clusterDir: '/var/lib/cordboard/postgres',
      port: 41_929,
    });
  });

  it('is understood as soon as the port is in it, and with the line ends of Windows', () => {
    const port = 41_929;
    expect(parsePostmasterFile(READY.split('\n').slice(0, 4).join('\n'))?.port).toBe(port);
    expect(parsePostmasterFile(READY.replaceAll('\n', '\r\n'))?.port).toBe(port);
  });

  it.each([
    ['empty', ''],
    ['begun', '27461\n'],
    ['without a port', '27461\n/data\n1795417545\n'],
    ['with the negative number of a single-user server', READY.replace('27461', '-27461')],
    ['with number 0, which means a whole group', READY.replace('27461', '0')],
    ['with a port beyond all ports', READY.replace('41929', '70000')],
    ['garbled', '\0\0\0\0'],
  ])('is not followed when it is %s', (_state, text) => {
    expect(parsePostmasterFile(text)).toBeUndefined();
  });

  it('loses only its owner when it is disowned', () => {
    const disowned = withoutOwner(READY);
    expect(parsePostmasterFile(disowned)?.pid).toBe(999_999_999);
    expect(disowned.split('\n').slice(1)).toEqual(READY.split('\n').slice(1));
  });
});
