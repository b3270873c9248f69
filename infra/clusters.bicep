// What the app may do in the resource groups of clusters, and who tells it what happens to machines there. Deployed
// after the app's code, because a subscription needs a function that is there: `azd up` does so by itself (azure.yaml).
// A deployment of its own, so that `azd down` does not take the clusters for something that it made.
targetScope = 'subscription'

@description('The same as in main.bicep.')
@minLength(2)
@maxLength(12)
param environmentName string

@description('The same as in main.bicep.')
@minLength(1)
param clusterResourceGroups string

param appId string
param storageAccountName string

@description('Principal id of the identity of the app.')
param principalId string
@description('The role of `app/role.bicep`.')
param roleId string

var name = 'poolkeeper-${environmentName}'
var groups = split(replace(clusterResourceGroups, ' ', ''), ',')
var tags = {
  'azd-env-name': environmentName
}

resource group 'Microsoft.Resources/resourceGroups@2024-11-01' existing = {
  name: name
}

module ofTheSubscription 'app/subscription_events.bicep' = {
  name: '${name}-subscription-events'
  scope: group
  params: {
    name: name
    tags: tags
    appId: appId
    storageAccountName: storageAccountName
  }
}

module ofClusters 'app/cluster_events.bicep' = [for one in groups: {
  name: '${name}-events-of-${one}'
  scope: resourceGroup(one)
  params: {
    name: name
    tags: tags
    appId: appId
    storageAccountName: storageAccountName
    storageResourceGroup: name
  }
}]

module duty 'app/duty.bicep' = [for one in groups: {
  name: '${name}-duty'
  scope: resourceGroup(one)
  params: {
    principalId: principalId
    roleId: roleId
  }
}]
