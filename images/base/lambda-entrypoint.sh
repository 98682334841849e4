#!/bin/sh
# The handler's name is the one argument. Without a Runtime API somewhere else, the emulator gives us one.
if [ $# -ne 1 ]; then
  echo 'entrypoint requires the handler name to be the first argument' 1>&2
  exit 142
fi
export _HANDLER="$1"

if [ -z "$AWS_LAMBDA_RUNTIME_API" ]; then
  exec /usr/local/bin/aws-lambda-rie /var/runtime/bootstrap
fi
exec /var/runtime/bootstrap
