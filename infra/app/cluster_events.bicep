// What Azure tells of every write, delete and action in the resource group of one cluster.
param name string
param tags object
param appId string
param storageAccountName string
param storageResourceGroup string

module topic 'topic.bicep' = {
  name: 'changes-of-machines'
  params: {
    name: '${name}-${resourceGroup().name}'
    tags: tags
    source: resourceGroup().id
    topicType: 'Microsoft.Resources.ResourceGroups'
    eventTypes: [
      'Microsoft.Resources.ResourceWriteSuccess'
      'Microsoft.Resources.ResourceWriteFailure'
      'Microsoft.Resources.ResourceWriteCancel'
      'Microsoft.Resources.ResourceDeleteSuccess'
      'Microsoft.Resources.ResourceDeleteFailure'
      'Microsoft.Resources.ResourceDeleteCancel'
      'Microsoft.Resources.ResourceActionSuccess'
      'Microsoft.Resources.ResourceActionFailure'
      'Microsoft.Resources.ResourceActionCancel'
    ]
    subjectBeginsWith: '${resourceGroup().id}/providers/Microsoft.Compute/'
    function: '${appId}/functions/vm_event'
    storageAccountName: storageAccountName
    storageResourceGroup: storageResourceGroup
  }
}
