// Who watches the watchman: where its telemetry goes, whom to call, and an alarm for when it says nothing any more,
// which it could not raise itself.
param name string
param location string
param tags object

@description('Principal id of the identity of the app: it alone sends telemetry here.')
param principalId string

@description('Mail addresses of those who are on call.')
param mails array

@description('For so many days telemetry is kept.')
@minValue(30)
@maxValue(730)
param daysKept int

@description('Telemetry may come to so many GB a day; whatever is more is not taken.')
param dailyQuotaGb int

// Monitoring Metrics Publisher.
var publisher = '3913510d-42f4-4e42-8a64-420c390055eb'

resource workspace 'Microsoft.OperationalInsights/workspaces@2023-09-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    retentionInDays: daysKept
    sku: {
      name: 'PerGB2018'
    }
    workspaceCapping: {
      dailyQuotaGb: dailyQuotaGb
    }
    features: {
      disableLocalAuth: true
    }
  }
}

resource insights 'Microsoft.Insights/components@2020-02-02' = {
  name: name
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    DisableLocalAuth: true
    WorkspaceResourceId: workspace.id
  }
}

resource mayPublish 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(insights.id, principalId, publisher)
  scope: insights
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', publisher)
  }
}

resource onCall 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: '${name}-on-call'
  location: 'global'
  tags: tags
  properties: {
    enabled: true
    groupShortName: 'poolkeeper'
    emailReceivers: [for (mail, number) in mails: {
      name: 'on call ${number}'
      emailAddress: mail
      useCommonAlertSchema: true
    }]
  }
}

var questions = [
  {
    name: 'no-sweep'
    severity: 1
    says: 'Poolkeeper has not looked at any cluster for ten minutes: nothing is repaired and nothing is scaled. See the app in the portal (is it stopped, does it start, is its storage there), then docs/runbooks.md.'
    query: 'traces | where message startswith "swept:"'
    operator: 'LessThan'
    threshold: 1
    window: 'PT10M'
    often: 'PT5M'
  }
  {
    name: 'failing-functions'
    severity: 2
    says: 'More than twenty invocations failed within a quarter of an hour. What failed is tried again, and put aside after five times: poolkeeper quarantine list.'
    query: 'requests | where success == false'
    operator: 'GreaterThan'
    threshold: 20
    window: 'PT15M'
    often: 'PT15M'
  }
]

resource alarm 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [for one in questions: {
  name: '${name}-${one.name}'
  location: location
  tags: tags
  kind: 'LogAlert'
  properties: {
    displayName: 'Poolkeeper: ${one.name}'
    description: one.says
    enabled: true
    severity: one.severity
    scopes: [
      insights.id
    ]
    evaluationFrequency: one.often
    windowSize: one.window
    autoMitigate: true
    criteria: {
      allOf: [
        {
          query: one.query
          timeAggregation: 'Count'
          operator: one.operator
          threshold: one.threshold
          failingPeriods: {
            numberOfEvaluationPeriods: 1
            minFailingPeriodsToAlert: 1
          }
        }
      ]
    }
    actions: {
      actionGroups: [
        onCall.id
      ]
    }
  }
}]

output connection string = insights.properties.ConnectionString
output actionGroupId string = onCall.id
