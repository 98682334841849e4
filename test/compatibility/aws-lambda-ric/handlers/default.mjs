export default { handler: () => 'of default' };
