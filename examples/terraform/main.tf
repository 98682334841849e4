# A function of an image with its permissions, its dashboard and its alarms.
terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

variable "image_uri" {
  description = "The image of one architecture, by its digest: ACCOUNT.dkr.ecr.REGION.amazonaws.com/orders@sha256:…"
  type        = string
}

variable "topic_arn" {
  description = "The ARN of the SNS topic that the alarms tell."
  type        = string
}

data "aws_region" "current" {}
data "aws_caller_identity" "current" {}

locals {
  name   = "orders"
  region = data.aws_region.current.name
  arn    = "${local.region}:${data.aws_caller_identity.current.account_id}"
}

resource "aws_lambda_function" "orders" {
  function_name = local.name
  package_type  = "Image"
  image_uri     = var.image_uri
  architectures = ["arm64"]
  role          = aws_iam_role.orders.arn
  memory_size   = 512
  timeout       = 10

  environment {
    variables = {
      EXTENSIONS_METRICS_LOG = "true"
      LAMBDA_INSIGHTS        = "cloudwatch"
    }
  }
}

resource "aws_iam_role" "orders" {
  name               = local.name
  assume_role_policy = data.aws_iam_policy_document.lambda.json
}

data "aws_iam_policy_document" "lambda" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

resource "aws_iam_role_policy_attachment" "logs" {
  role       = aws_iam_role.orders.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
}

resource "aws_iam_role_policy" "reads" {
  role   = aws_iam_role.orders.id
  policy = data.aws_iam_policy_document.reads.json
}

# What `npx lambda-node-extended policy` prints for the variables above, and what the handler reads.
data "aws_iam_policy_document" "reads" {
  statement {
    actions = ["secretsmanager:GetSecretValue"]
    # The end of a secret's ARN is random.
    resources = ["arn:aws:secretsmanager:${local.arn}:secret:prod/db-??????"]
  }
  statement {
    actions   = ["ssm:GetParameter"]
    resources = ["arn:aws:ssm:${local.arn}:parameter/orders/table"]
  }
  statement {
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["arn:aws:logs:${local.arn}:log-group:/aws/lambda-insights:*"]
  }
}

resource "aws_cloudwatch_dashboard" "orders" {
  dashboard_name = local.name
  dashboard_body = replace(replace(file("${path.module}/../monitoring/dashboard.json"), "FUNCTION", local.name), "REGION", local.region)
}

resource "aws_cloudformation_stack" "alarms" {
  name          = "${local.name}-alarms"
  template_body = file("${path.module}/../monitoring/alarms.json")
  parameters = {
    FunctionName = aws_lambda_function.orders.function_name
    TopicArn     = var.topic_arn
  }
}
