"""Creates the data of the template function at AWS_ENDPOINT_URL: a secret, parameters, and an AppConfig configuration.

Waits for the server. Does not change existing data, so it may run at every start.
"""

import json
import time

from botocore.exceptions import ClientError, EndpointConnectionError
from botocore.session import get_session

SECONDS_TO_WAIT = 60
session = get_session()


def main():
    wait_for_server()
    create(
        session.create_client("secretsmanager").create_secret,
        Name="demo/database",
        SecretString=json.dumps({"username": "demo", "password": "only-for-local-use"}),
    )
    ssm = session.create_client("ssm")
    create(ssm.put_parameter, Name="/demo/greeting", Type="String", Value="Hello from Parameter Store")
    create(ssm.put_parameter, Name="/demo/api-key", Type="SecureString", Value="only-for-local-use")
    create_configuration()


def wait_for_server():
    give_up_at = time.monotonic() + SECONDS_TO_WAIT
    while True:
        try:
            return session.create_client("sts").get_caller_identity()
        except (EndpointConnectionError, ClientError):
            if time.monotonic() > give_up_at:
                raise
            time.sleep(0.2)


def create(operation, **arguments):
    try:
        operation(**arguments)
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("ResourceExistsException", "ParameterAlreadyExists"):
            raise


def create_configuration():
    appconfig = session.create_client("appconfig")
    if any(application["Name"] == "demo" for application in appconfig.list_applications()["Items"]):
        return
    application = appconfig.create_application(Name="demo")["Id"]
    environment = appconfig.create_environment(ApplicationId=application, Name="local")["Id"]
    profile = appconfig.create_configuration_profile(
        ApplicationId=application, Name="settings", LocationUri="hosted"
    )["Id"]
    version = appconfig.create_hosted_configuration_version(
        ApplicationId=application,
        ConfigurationProfileId=profile,
        ContentType="application/json",
        Content=json.dumps({"greeting": "Hello from AppConfig"}),
    )["VersionNumber"]
    at_once = appconfig.create_deployment_strategy(
        Name="at-once", DeploymentDurationInMinutes=0, GrowthFactor=100, ReplicateTo="NONE"
    )["Id"]
    appconfig.start_deployment(
        ApplicationId=application,
        EnvironmentId=environment,
        ConfigurationProfileId=profile,
        ConfigurationVersion=str(version),
        DeploymentStrategyId=at_once,
    )


main()
