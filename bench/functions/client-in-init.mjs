import { getSecret } from '../../client/index.ts';

const secret = await getSecret('bench');

export const handler = async () => secret;
