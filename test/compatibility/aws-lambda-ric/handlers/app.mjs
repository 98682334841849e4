export const handler = () => 'app';
