export const handler = async () => 'a secret';
