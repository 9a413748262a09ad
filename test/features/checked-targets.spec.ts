/** What is said about the address of a webhook when it is given. */
import { CheckedTargets } from '../../src/webhooks/checked-targets.js';
import { environmentWith } from '../support/builders.js';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

function checked(url: string, variables: Readonly<Record<string, string>> = {}): Promise<void> {
  return new CheckedTargets(environmentWith({ WEBHOOK_SECRET: SECRET, ...variables })).check(url);
}

describe('the address of a webhook', () => {
  it('may be any public one over https', async () => {
    await expect(checked('https://8.8.8.8/hooks?tenant=1')).resolves.toBeUndefined();
    await expect(checked('https://[2606:4700:4700::1111]:8443/hooks')).resolves.toBeUndefined();
  });

  it.each([
    ['http://8.8.8.8/hooks', /https/],
    ['ftp://8.8.8.8/hooks', /http\(s\)/],
    ['hooks', /http\(s\)/],
    ['https://user:password@8.8.8.8/', /user and password/],
    ['https://127.0.0.1/', /WEBHOOK_ALLOW_PRIVATE/],
    ['https://0x7f.1/', /WEBHOOK_ALLOW_PRIVATE/],
    ['https://[::ffff:10.0.0.1]/', /WEBHOOK_ALLOW_PRIVATE/],
    ['https://169.254.169.254/latest/meta-data', /WEBHOOK_ALLOW_PRIVATE/],
    ['https://localhost/', /WEBHOOK_ALLOW_PRIVATE/],
    ['https://LOCALHOST./', /WEBHOOK_ALLOW_PRIVATE/],
    ['https://metadata.google.internal/', /WEBHOOK_ALLOW_PRIVATE/],
    ['https://printer.local/', /WEBHOOK_ALLOW_PRIVATE/],
  ])('is refused with what to do about it: %s', async (url, mend) => {
    await expect(checked(url)).rejects.toMatchObject({
      code: 'bad-input',
      faults: [{ field: 'webhookUrl', message: expect.stringMatching(mend) }],
    });
  });

  it('may be private, and plain, where that is allowed', async () => {
    const allowed = { WEBHOOK_ALLOW_PRIVATE: 'true' };
    await expect(checked('http://127.0.0.1:3000/', allowed)).resolves.toBeUndefined();
    await expect(checked('https://u:p@127.0.0.1/', allowed)).rejects.toMatchObject({ code: 'bad-input' });
  });

  it('is refused while nothing could be signed', async () => {
    const unsigned = new CheckedTargets(environmentWith({ WEBHOOK_ALLOW_PRIVATE: 'true' }));
    await expect(unsigned.check('https://8.8.8.8/')).rejects.toMatchObject({
      faults: [{ field: 'webhookUrl', message: expect.stringContaining('WEBHOOK_SECRET') }],
    });
  });
});
