// Everything that Poolkeeper needs, in a resource group of its own, and the role that it has in those of the clusters.
// `azd up` deploys it; the README beside it tells what has to be said.
targetScope = 'subscription'

@description('A short name of this installation, such as prod: part of the name of everything here.')
@minLength(2)
@maxLength(12)
param environmentName string

@description('Where: the region of the clusters.')
param location string

@description('Resource groups of the clusters, in this subscription, separated by commas. A text: older versions of azd take no list from their environment (Azure/azure-dev, 6694).')
@minLength(1)
param clusterResourceGroups string

@description('Resource id of a subnet in the network of the masters (or one that reaches it), of at least /27, with nothing in it, delegated to Microsoft.App/environments, with the service endpoints Microsoft.Storage and Microsoft.KeyVault, and Microsoft.EventHub with a firehose of one.')
param subnetId string

@description('Public addresses from which people push policies and keep secrets, such as 203.0.113.7, separated by commas. Storage and key vault let in nobody else beside the app.')
param people string = ''

@description('Mail addresses of those who are on call, for the alarm that the app says nothing any more.')
param mails array = []

@description('Metrics come through an event hub, which costs some 20 USD a month, and not by HTTP.')
param firehose bool = false

@description('Principal ids of those who send metrics into it.')
param metricSenders array = []

@description('Endpoint of an Event Grid topic in the CloudEvents schema, to which our own events are published.')
param eventTopic string = ''

@description('App settings that refer to secrets in the key vault, such as {setting: POOLKEEPER_ALERTMANAGER_TOKEN, secret: alertmanager-token}.')
param secrets array = []

@description('Settings that the policy names, which are no secrets.')
param more object = {}

@description('Id of the tenant, and identifier URI and client id of the app registration, for people and the secure webhook.')
param entraTenant string = ''
param entraAudience string = ''

@description('Ports of DC/OS that were moved, such as diagnostics=1050,agents=0.')
param dcosPorts string = ''

@description('Running commands in machines is root on them. Without it no unit is restarted.')
param mayRunCommands bool = true

@description('Whether a master that is off may be started.')
param mayStartMasters bool = true

@description('Telemetry is kept for so many days.')
param daysKept int = 30

@description('At most so many GB of telemetry a day.')
param dailyQuotaGb int = 1

@description('At most so many instances of a function.')
param maximumInstances int = 40

var name = 'poolkeeper-${environmentName}'
var groups = split(replace(clusterResourceGroups, ' ', ''), ',')
var addresses = empty(people) ? [] : split(replace(people, ' ', ''), ',')
var tags = {
  'azd-env-name': environmentName
}
// Names that are unique in the world, and may have letters and digits only.
var suffix = uniqueString(subscription().id, environmentName, location)
var storageAccountName = 'poolkeeper${suffix}'

resource group 'Microsoft.Resources/resourceGroups@2024-11-01' = {
  name: name
  location: location
  tags: tags
}

module identity 'app/identity.bicep' = {
  name: 'identity'
  scope: group
  params: {
    name: name
    location: location
    tags: tags
  }
}

module storage 'app/storage.bicep' = {
  name: 'storage'
  scope: group
  params: {
    name: take(storageAccountName, 24)
    location: location
    tags: tags
    principalId: identity.outputs.principalId
    subnetId: subnetId
    people: addresses
    daysKept: daysKept
  }
}

module watch 'app/watch.bicep' = {
  name: 'watch'
  scope: group
  params: {
    name: name
    location: location
    tags: tags
    principalId: identity.outputs.principalId
    mails: mails
    daysKept: daysKept
    dailyQuotaGb: dailyQuotaGb
  }
}

module vault 'app/vault.bicep' = {
  name: 'vault'
  scope: group
  params: {
    name: take('pk-${suffix}', 24)
    location: location
    tags: tags
    principalId: identity.outputs.principalId
    subnetId: subnetId
    people: addresses
  }
}

module metrics 'app/firehose.bicep' = if (firehose) {
  name: 'firehose'
  scope: group
  params: {
    name: '${name}-${suffix}'
    location: location
    tags: tags
    principalId: identity.outputs.principalId
    senders: metricSenders
    subnetId: subnetId
  }
}

module app 'app/function.bicep' = {
  name: 'app'
  scope: group
  params: {
    name: '${name}-${suffix}'
    location: location
    tags: tags
    identityId: identity.outputs.id
    clientId: identity.outputs.clientId
    principalId: identity.outputs.principalId
    subnetId: subnetId
    storageAccountName: storage.outputs.name
    deployments: storage.outputs.deployments
    applicationInsightsConnection: watch.outputs.connection
    eventHub: firehose ? metrics.outputs.hub : ''
    eventHubNamespace: firehose ? metrics.outputs.host : ''
    eventTopic: eventTopic
    vaultUri: vault.outputs.uri
    secrets: secrets
    entraTenant: entraTenant
    entraAudience: entraAudience
    dcosPorts: dcosPorts
    more: more
    maximumInstances: maximumInstances
  }
}

module role 'app/role.bicep' = {
  name: '${name}-role'
  params: {
    name: 'Poolkeeper ${environmentName}'
    mayRunCommands: mayRunCommands
    mayStartMasters: mayStartMasters
    resourceGroups: groups
  }
}

// Nothing here is in a resource group of a cluster: `azd down` deletes every resource group that this deployment has
// something in, and all that is in it. What belongs there is in clusters.bicep, which is a deployment of its own.
output AZURE_RESOURCE_GROUP string = group.name
output POOLKEEPER_APP_ID string = app.outputs.id
output POOLKEEPER_URI string = app.outputs.uri
output POOLKEEPER_STORAGE_ACCOUNT string = storage.outputs.name
output POOLKEEPER_VAULT string = vault.outputs.name
output POOLKEEPER_PRINCIPAL_ID string = identity.outputs.principalId
output POOLKEEPER_ROLE_ID string = role.outputs.id
