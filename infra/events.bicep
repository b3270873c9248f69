// Who tells the app what happens to machines. Deployed after the app's code, because a subscription needs a function
// that is there: `azd up` does so by itself (azure.yaml).
targetScope = 'subscription'

@description('The same as in main.bicep.')
@minLength(2)
@maxLength(12)
param environmentName string

@description('Resource groups of the clusters, in this subscription.')
@minLength(1)
param clusterResourceGroups array

param appId string
param storageAccountName string

var name = 'poolkeeper-${environmentName}'
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

module ofClusters 'app/cluster_events.bicep' = [for one in clusterResourceGroups: {
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
