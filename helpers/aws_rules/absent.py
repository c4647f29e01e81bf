"""What AWS has and this cloud doesn't: operations and services, each with the reason.

The page PAGE has a line for each, and one for all of CloudWatch's. The errors name the page and that line.
"""

from collections.abc import Iterable

PAGE = "lessons/differences_from_aws.md"

_DATA_PROTECTION = "AWS has closed data protection to new customers, so the course doesn't teach it."
_KEYS = "The course needs no keys beyond those of its profiles and of a role."
_OF_AN_ORGANIZATION = "It serves organizations and identity providers, which aren't simulated."
_NOTHING_ENCODED = "SQS and SNS say in plain text why they refuse a call."
_DASHBOARDS = "Dashboards are looked at in the AWS console, which isn't simulated."
_INSIGHTS = "Contributor Insights reads logs, which aren't simulated."
_LEARNING = "Anomaly detection learns from weeks of values, which no lesson has."
_STREAMS = "Metric streams lead to Amazon Data Firehose, which isn't simulated."
_OTHER_SOURCES = "It's about logs, datasets and resources of other services, which aren't simulated."
_TELEMETRY = "It configures telemetry of other services, which aren't simulated."
_ABSENT_OF_CLOUDWATCH = {
    "A metric alarm is enough for the course.": """DeleteAlarmMuteRule DescribeAlarmContributors GetAlarmMuteRule
        ListAlarmMuteRules PutAlarmMuteRule PutCompositeAlarm PutLogAlarm""",
    _DASHBOARDS: "DeleteDashboards GetDashboard GetMetricWidgetImage ListDashboards PutDashboard",
    _INSIGHTS: """DeleteInsightRules DescribeInsightRules DisableInsightRules EnableInsightRules GetInsightRuleReport
        ListManagedInsightRules PutInsightRule PutManagedInsightRules""",
    _LEARNING: "DeleteAnomalyDetector DescribeAnomalyDetectors PutAnomalyDetector",
    _STREAMS: """DeleteMetricStream GetMetricStream ListMetricStreams PutMetricStream StartMetricStreams
        StopMetricStreams""",
    _OTHER_SOURCES: """AssociateDatasetKmsKey DeleteMetricDataQueryDefinition DisassociateDatasetKmsKey GetDataset
        GetMetricDataQueryDefinition ListMetricDataQueryDefinitions PutMetricDataQueryDefinition""",
    _TELEMETRY: """CreateResourceMetricsConfiguration DeleteResourceMetricsConfiguration GetOTelEnrichment
        GetResourceMetricsConfiguration StartOTelEnrichment StopOTelEnrichment UpdateOTelEnrichment
        UpdateResourceMetricsConfiguration""",
}
# By service and operation.
OPERATIONS = {
    ("sns", "GetDataProtectionPolicy"): _DATA_PROTECTION,
    ("sns", "PutDataProtectionPolicy"): _DATA_PROTECTION,
    ("sts", "AssumeRoleWithSAML"): _OF_AN_ORGANIZATION,
    ("sts", "AssumeRoleWithWebIdentity"): _OF_AN_ORGANIZATION,
    ("sts", "AssumeRoot"): _OF_AN_ORGANIZATION,
    ("sts", "DecodeAuthorizationMessage"): _NOTHING_ENCODED,
    ("sts", "GetAccessKeyInfo"): _KEYS,
    ("sts", "GetDelegatedAccessToken"): _OF_AN_ORGANIZATION,
    ("sts", "GetFederationToken"): _KEYS,
    ("sts", "GetScopedCredentials"): _KEYS,
    ("sts", "GetSessionToken"): _KEYS,
    ("sts", "GetWebIdentityToken"): _OF_AN_ORGANIZATION,
} | {("cloudwatch", name): why for why, names in _ABSENT_OF_CLOUDWATCH.items() for name in names.split()}
OTHER_SERVICES = "Other services"
OTHERS_OF_CLOUDWATCH = "CloudWatch: all other operations"


def line(service: str, name: str) -> str:
    """Return what the page's line on this operation begins with."""
    return OTHERS_OF_CLOUDWATCH if service == "cloudwatch" else name


def see(line: str) -> str:
    """Return the sentence that leads to this line of the page."""
    return f'See "{line}" in {PAGE}.'


def no_operation(service: str, name: str) -> str:
    """Return the text of the error for an operation that only AWS has."""
    why = OPERATIONS.get((service, name), "")
    text = f"{name} is an AWS operation that this course's offline cloud doesn't have. You need real AWS for it."
    return f"{text} {why} {see(line(service, name))}" if why else text


def no_service(cloud: str, service: str, known: Iterable[str]) -> str:
    """Return the text of the error for a service that only AWS has. cloud: who says so."""
    return f"{cloud} doesn't have the service {service!r}. It has {', '.join(known)}. {see(OTHER_SERVICES)}"
