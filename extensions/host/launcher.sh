#!/bin/sh
# The file that Lambda starts from /opt/extensions. Its name is the extension's name. In an image of Lambda's it forks nothing, which would
# delay every cold start.
unset NODE_OPTIONS AWS_LAMBDA_EXEC_WRAPPER
ulimit -c 0

node=/var/lang/bin/node
[ -x "$node" ] || node=$(command -v node)
[ -x "$node" ] && exec "$node" --max-semi-space-size=1 "${0%/*}/../lambda-node-extended/host.cjs" "${0##*/}"
echo "[lambda-node-extended] ERROR no Node.js: neither /var/lang/bin/node nor node on the PATH ($PATH); use a base image with Node.js 22 or newer"
exit 127
