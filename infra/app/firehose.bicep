// An event hub for metrics, for clusters whose Telegraf does not send to the app by HTTP.
param name string
param location string
param tags object

@description('Principal id of the identity of the app, which reads.')
param principalId string
@description('Principal ids of those who send. Telegraf on the agents may have an identity of its set.')
param senders array
param subnetId string

// Azure Event Hubs Data Receiver, Azure Event Hubs Data Sender.
var receiver = 'a638d3c7-ab3a-418d-83e6-5f17a39d4fde'
var sender = '2b629674-e913-4c01-ae53-ef4638d8f975'

resource namespace 'Microsoft.EventHub/namespaces@2024-01-01' = {
  name: name
  location: location
  tags: tags
  sku: {
    name: 'Standard'
    tier: 'Standard'
    capacity: 1
  }
  properties: {
    disableLocalAuth: true
    isAutoInflateEnabled: true
    maximumThroughputUnits: 4
    minimumTlsVersion: '1.2'
    publicNetworkAccess: 'Enabled'
  }
}

resource rules 'Microsoft.EventHub/namespaces/networkRuleSets@2024-01-01' = {
  parent: namespace
  name: 'default'
  properties: {
    defaultAction: 'Deny'
    publicNetworkAccess: 'Enabled'
    trustedServiceAccessEnabled: true
    virtualNetworkRules: [
      {
        subnet: {
          id: subnetId
        }
        ignoreMissingVnetServiceEndpoint: false
      }
    ]
  }
}

resource hub 'Microsoft.EventHub/namespaces/eventhubs@2024-01-01' = {
  parent: namespace
  name: 'metrics'
  properties: {
    messageRetentionInDays: 1
    partitionCount: 4
  }
}

resource mayReceive 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(hub.id, principalId, receiver)
  scope: hub
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', receiver)
  }
}

resource maySend 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for one in senders: {
  name: guid(hub.id, one, sender)
  scope: hub
  properties: {
    principalId: one
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', sender)
  }
}]

output hub string = hub.name
output host string = '${namespace.name}.servicebus.windows.net'
