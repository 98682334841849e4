module.exports = { handler: () => 'of CommonJS' };
