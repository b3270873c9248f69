// The app itself: Flex Consumption, which runs when something happens and costs nothing in between, in the network of
// the clusters, because their masters have no public address.
param name string
param location string
param tags object

@description('Resource id of the identity of the app.')
param identityId string
@description('Client id of that identity.')
param clientId string
@description('Principal id of that identity.')
param principalId string

@description('A subnet in the network of the masters, delegated to Microsoft.App/environments.')
param subnetId string

@description('Name of the storage account.')
param storageAccountName string
@description('Address of the container from which the app runs.')
param deployments string

@description('Where telemetry goes.')
param applicationInsightsConnection string

@description('Event hub of the metrics, and the host name of its namespace; both empty: there is none.')
param eventHub string
param eventHubNamespace string

@description('Endpoint of the Event Grid topic for our own events; empty: there is none.')
param eventTopic string

@description('Address of the key vault with what the app may have to know.')
param vaultUri string

@description('What the app finds there: {setting: name of an app setting, secret: name of a secret}, each.')
param secrets array

@description('Whose tokens open the doors for people and for Azure Monitor. Empty: those doors stay shut.')
param entraTenant string
param entraAudience string

@description('Ports of DC/OS that were moved, such as diagnostics=1050. Empty: those of every installation.')
param dcosPorts string

@description('Settings that the policy names, for whom it tells what happened; others than secrets.')
param more object

@description('At most so many instances. One does the work of hundreds of agents; metrics by HTTP may need more.')
@minValue(40)
@maxValue(1000)
param maximumInstances int

var settings = {
  AzureWebJobsStorage__accountName: storageAccountName
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__clientId: clientId
  APPLICATIONINSIGHTS_CONNECTION_STRING: applicationInsightsConnection
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${clientId};Authorization=AAD'
  POOLKEEPER_TELEMETRY: 'azure'
  POOLKEEPER_POLICY_FILE: 'storage'
  POOLKEEPER_SWEEP: '0 */1 * * * *'
  POOLKEEPER_BEAT: '7,27,47 * * * * *'
  // Each look into an empty queue is charged: docs/cost.md weighs it against the time until an event is worked on.
  AzureFunctionsJobHost__extensions__queues__maxPollingInterval: '00:00:03'
  POOLKEEPER_OWN_IDS: '${principalId},${clientId}'
  POOLKEEPER_DCOS_PORTS: dcosPorts
  POOLKEEPER_EVENT_TOPIC: eventTopic
  POOLKEEPER_ENTRA_TENANT: entraTenant
  POOLKEEPER_ENTRA_AUDIENCE: entraAudience
}

// Azure Resource Manager and Entra of the public cloud are what the app takes where nothing is said.
var elsewhere = environment().name == 'AzureCloud' ? {} : {
  POOLKEEPER_ARM_ENDPOINT: environment().resourceManager
  POOLKEEPER_ENTRA_AUTHORITY: environment().authentication.loginEndpoint
}

var metrics = empty(eventHub) ? {
  'AzureWebJobs.metrics_events.Disabled': 'true'
} : {
  POOLKEEPER_EVENT_HUB: eventHub
  POOLKEEPER_EVENT_HUB_CONNECTION__fullyQualifiedNamespace: eventHubNamespace
  POOLKEEPER_EVENT_HUB_CONNECTION__credential: 'managedidentity'
  POOLKEEPER_EVENT_HUB_CONNECTION__clientId: clientId
}

var plain = [for one in items(union(settings, elsewhere, metrics, more)): {
  name: one.key
  value: one.value
}]

var references = [for one in secrets: {
  name: one.setting
  value: '@Microsoft.KeyVault(SecretUri=${vaultUri}secrets/${one.secret})'
}]

resource plan 'Microsoft.Web/serverfarms@2024-04-01' = {
  // checkov:skip=CKV_AZURE_225:Flex Consumption has no instances of its own between two events, and begins in whichever zone has room.
  name: name
  location: location
  tags: tags
  kind: 'functionapp'
  sku: {
    name: 'FC1'
    tier: 'FlexConsumption'
  }
  properties: {
    reserved: true
  }
}

resource app 'Microsoft.Web/sites@2024-04-01' = {
  // checkov:skip=CKV_AZURE_222:Event Grid, Azure Monitor and Alertmanager deliver to its public name. Every door asks for a key or a token.
  // checkov:skip=CKV_AZURE_17:They have no certificates of ours, but keys and tokens.
  // checkov:skip=CKV_AZURE_212:Instances come with the work and go with it; what an instance drops another one takes up.
  // checkov:skip=CKV_AZURE_213:The platform has no health check for Flex Consumption. That it says nothing any more is an alarm of its own (watch.bicep).
  name: name
  location: location
  tags: union(tags, {
    'azd-service-name': 'app'
  })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identityId}': {}
    }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    publicNetworkAccess: 'Enabled'
    clientCertEnabled: false
    keyVaultReferenceIdentity: identityId
    virtualNetworkSubnetId: subnetId
    siteConfig: {
      minTlsVersion: '1.2'
      ftpsState: 'Disabled'
      http20Enabled: true
      appSettings: concat(plain, references)
    }
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: deployments
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identityId
          }
        }
      }
      runtime: {
        name: 'python'
        version: '3.13'
      }
      scaleAndConcurrency: {
        instanceMemoryMB: 512
        maximumInstanceCount: maximumInstances
      }
    }
  }
}

// No user name and password to publish with: deployments come with a token of Entra.
resource publishing 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-04-01' = [for one in [
  'ftp'
  'scm'
]: {
  parent: app
  name: one
  properties: {
    allow: false
  }
}]

output id string = app.id
output name string = app.name
output uri string = 'https://${app.properties.defaultHostName}'
