// Verifies signed messages as a receiver does: reads [{secret, headers, body}, ...], answers which of them verify.
import { readFileSync } from 'node:fs';
import { Webhook } from 'standardwebhooks';

const verified = JSON.parse(readFileSync(0, 'utf8')).map(({ secret, headers, body }) => {
  try {
    new Webhook(secret).verify(body, headers);
    return true;
  } catch {
    return false;
  }
});
process.stdout.write(JSON.stringify(verified));
