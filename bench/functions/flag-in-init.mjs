import { getFlag } from '../../client/index.ts';

const context = { userId: 'beta-1', country: 'DE' };
const flag = await getFlag('colorway', { configuration: 'shop:prod:flags', context });

export const handler = async () => flag;
